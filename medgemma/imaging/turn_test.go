package imaging

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// lookedAt is an archive whose entries have been looked at.
func lookedAt(t *testing.T, data []byte) *archive {
	t.Helper()
	a, entries, err := openArchive(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.look(context.Background(), policy{}, entries); err != nil {
		t.Fatal(err)
	}
	return a
}

// Nothing of a DICOM file or an archive is unpacked before it is its turn, be it only
// to be refused.
func TestUnpackingWaitsForRoom(t *testing.T) {
	p := dicomtest.CT(32, 32)
	p.Syntax = dicomtest.Deflated
	deflated := with(t, p, burned)
	picture := zipOf(t, packed{name: "x", data: rawPNG(60_000, 60_000, 8, 2, "x")})
	for name, do := range map[string]func(context.Context, *Preparer) error{
		"loose": func(ctx context.Context, p *Preparer) error {
			_, refused := p.Prepare(ctx, [][]byte{deflated}, View{})
			return refused[0]
		},
		"picture in an archive": func(ctx context.Context, p *Preparer) error {
			_, err := p.archivedPictures(ctx, lookedAt(t, picture), View{Slices: 1})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPreparer(Config{Workers: 1})
				if !p.workers.TryAcquire(1) {
					t.Fatal("a new worker is taken")
				}
				done := make(chan error, 1)
				go func() { done <- do(t.Context(), p) }()
				synctest.Wait()
				select {
				case err := <-done:
					t.Fatalf("did not wait: %v", err)
				default:
				}
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				var e *Error
				if err := do(ctx, p); !errors.Is(err, context.Canceled) || errors.As(err, &e) {
					t.Errorf("waiting ended with %v", err)
				}
				p.workers.Release(1)
				if err := <-done; !errors.As(err, &e) || e.Kind != KindBurnedIn && e.Kind != KindTooManyPix {
					t.Errorf("with room again: %v", err)
				}
			})
		})
	}
}

// Who waits for memory holds no worker, and who waits for room in an archive neither.
func TestWaitingHoldsNothing(t *testing.T) {
	data := zipOf(t, packed{name: "x", data: dicomtest.CT(32, 32).Bytes(t)})
	synctest.Test(t, func(t *testing.T) {
		p := NewPreparer(Config{Workers: 1})
		a := lookedAt(t, data)
		in := a.instances[0]
		started := make(chan struct{}, 1)
		run := func() {
			go func() {
				err := p.turnWith(t.Context(), in.source, a.purse, 1, in.cost, func([]byte) error {
					started <- struct{}{}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
		}
		free := func(what string) {
			t.Helper()
			if len(started) > 0 || !p.workers.TryAcquire(1) {
				t.Fatalf("waiting for %s holds a worker", what)
			}
			p.workers.Release(1)
		}
		if !p.memory.TryAcquire(p.total) {
			t.Fatal("a new budget is taken")
		}
		run()
		free("memory")
		p.memory.Release(p.total)
		<-started

		synctest.Wait()
		if !a.held.TryAcquire(a.room) {
			t.Fatal("an archive holds what it has given back")
		}
		run()
		free("an archive")
		if !p.memory.TryAcquire(p.total) {
			t.Fatal("waiting for an archive holds memory")
		}
		p.memory.Release(p.total)
		a.held.Release(a.room)
		<-started
		synctest.Wait()
	})
}
