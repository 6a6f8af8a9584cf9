//go:build race

package bot_test

// raceDetector says that a test runs many times slower than the program does.
const raceDetector = true
