// Package dicomtest writes DICOM files for tests from plain Go values: any elements
// in any transfer syntax (File), phantoms of every photometric interpretation and
// depth (Phantom), and series of them.
//
// It is for tests only: production code does not link it. It imports nothing of
// ours and shares no code with the reader, so that a mistake is not made twice. A
// wrong call ends the test that made it.
//
// Every phantom carries made-up personal data in many fields, nested and private
// ones too. Secrets lists them: none may leave whatever reads the file.
package dicomtest
