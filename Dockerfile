FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/medbuddy ./cmd/medbuddy
RUN mkdir /out/data

# No shell and no root: /data is the only place that the process may write to.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/medbuddy /medbuddy
COPY --from=build --chown=nonroot:nonroot /out/data /data
ENV DATA_DIR=/data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/medbuddy"]
