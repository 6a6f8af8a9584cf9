//go:build race

package main

// raceDetector says that the processes of the rows, too, run with it.
const raceDetector = true
