//go:build race

package imaging

// The race detector makes the floating-point reference twenty times slower and
// learns nothing from it.
const underRace = true
