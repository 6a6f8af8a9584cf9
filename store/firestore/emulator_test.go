package firestore

import (
	"os"
	"testing"

	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/medbuddy/medbuddy/store/firestore/emulator"
)

func TestMain(m *testing.M) { os.Exit(emulator.Main(m)) }

// dialled returns options that reach the emulator, with what dial adds on the way.
func dialled(tb testing.TB, dial ...grpc.DialOption) []option.ClientOption {
	tb.Helper()
	conn, err := grpc.NewClient(emulator.Start(tb), append(append(patient(), dial...),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))...)
	if err != nil {
		tb.Fatal(err)
	}
	// Closed by the store's client; twice does no harm.
	tb.Cleanup(func() { _ = conn.Close() })
	return []option.ClientOption{option.WithGRPCConn(conn)}
}

// project is a project id that nobody else uses.
func project() string { return emulator.Project() }
