package firestore

import (
	"context"
	"slices"
	"strings"
	"testing"

	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// A wire watches what goes to Firestore, for what the emulator does not refuse
// but Firestore would, or nobody would notice: queries that need a composite
// index, commits over 3 MiB, documents that never expire.
type wire struct{ *testing.T }

func (w *wire) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	switch r := req.(type) {
	case *pb.CommitRequest:
		w.commit(r)
	default:
		w.Errorf("%s: only Commit is expected", method)
	}
	return invoke(ctx, method, req, reply, cc, opts...)
}

func (w *wire) commit(r *pb.CommitRequest) {
	if n := proto.Size(r); n > 3<<20 {
		w.Errorf("a commit of %d bytes", n)
	}
	if len(r.Transaction) > 0 {
		w.Error("a transaction")
	}
	for _, write := range r.Writes {
		doc := write.GetUpdate()
		if len(write.UpdateTransforms) > 0 {
			w.Error("a transform: done twice when the answer is lost")
		}
		if doc == nil || write.UpdateMask != nil && !slices.Contains(write.UpdateMask.FieldPaths, "expire_at") {
			continue // deleted, or expiry left as it is
		}
		expire, ok := doc.Fields["expire_at"]
		stays := slices.Contains([]string{"settings", "marks"}, collection(doc.Name))
		if !ok || (expire.GetTimestampValue() == nil) != stays {
			w.Errorf("a document in %s with expire_at %v", collection(doc.Name), expire)
		}
		if path := strings.Split(doc.Name, "/documents/")[1]; len(strings.Split(path, "/"))%2 != 0 {
			w.Errorf("a document outside a collection")
		}
	}
}

func collection(name string) string {
	parts := strings.Split(name, "/")
	return parts[len(parts)-2]
}

func (w *wire) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	s, err := streamer(ctx, desc, cc, method, opts...)
	return &wireStream{s, w}, err
}

type wireStream struct {
	grpc.ClientStream
	w *wire
}

func (s *wireStream) SendMsg(m any) error {
	switch r := m.(type) {
	case *pb.BatchGetDocumentsRequest:
	case *pb.RunQueryRequest:
		fields := map[string]bool{}
		q := r.GetStructuredQuery()
		if f := q.Where.GetFieldFilter(); f != nil {
			fields[f.Field.FieldPath] = true
		} else if q.Where != nil || q.StartAt == nil || q.EndAt == nil {
			s.w.Errorf("a query with the filter %v and without bounds", q.Where)
		}
		for _, o := range q.OrderBy {
			fields[o.Field.FieldPath] = true
			// Only a query by name cannot go down.
			if o.Direction == pb.StructuredQuery_DESCENDING && o.Field.FieldPath == "__name__" {
				s.w.Error("a descending query by name")
			}
		}
		for _, from := range q.From {
			if from.AllDescendants {
				s.w.Error("a query over a collection group")
			}
		}
		if len(fields) != 1 {
			s.w.Errorf("a query over %d fields needs a composite index", len(fields))
		}
	default:
		s.w.Errorf("%T is not expected", m)
	}
	return s.ClientStream.SendMsg(m)
}

// A counter counts commits and what is in them. One call at a time.
type counter struct{ commits, writes, deletes int }

func (c *counter) dial() []grpc.DialOption {
	return []grpc.DialOption{grpc.WithChainUnaryInterceptor(
		func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if r, ok := req.(*pb.CommitRequest); ok {
				c.commits++
				for _, w := range r.Writes {
					if w.GetDelete() != "" {
						c.deletes++
					} else {
						c.writes++
					}
				}
			}
			return invoke(ctx, method, req, reply, cc, opts...)
		})}
}
