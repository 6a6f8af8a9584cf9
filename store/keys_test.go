package store

import (
	"slices"
	"testing"
)

func TestCompareTS(t *testing.T) {
	order := []string{"0.0", "1.000001", "9.000100", "09.1", "9.5", "10.000001", "10.00001", "99.0", "100.0", "100.00"}
	for i, a := range order {
		for j, b := range order {
			if got, want := CompareTS(a, b), sign(i-j); got != want {
				t.Errorf("CompareTS(%s, %s) = %d, want %d", a, b, got, want)
			}
		}
	}
	shuffled := slices.Clone(order)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, CompareTS)
	if !slices.Equal(shuffled, order) {
		t.Errorf("sorted: %v", shuffled)
	}
}

func sign(n int) int { return max(-1, min(1, n)) }

func TestScopesOfAThread(t *testing.T) {
	k := ThreadKey{"T1", "C1", "1.5"}
	if k.Scope() != (Scope{"T1", "C1", "1.5"}) || k.ChannelScope() != (Scope{"T1", "C1", ""}) {
		t.Error(k.Scope(), k.ChannelScope())
	}
	for _, err := range []error{k.Validate(), k.Scope().Validate(), k.ChannelScope().Validate()} {
		if err != nil {
			t.Error(err)
		}
	}
	if err := (Scope{"T1", "C1", "x"}).Validate(); err == nil {
		t.Error("a scope of no thread was taken")
	}
}
