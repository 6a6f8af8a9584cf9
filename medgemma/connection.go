package medgemma

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
)

// connectionError says in fixed words why nothing came back. net/http's own
// words may quote what the server sent.
func connectionError(err error) *Error {
	e := &Error{Kind: KindUnreachable}
	var (
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
		auth x509.UnknownAuthorityError
		host x509.HostnameError
		rec  tls.RecordHeaderError
		wait net.Error
	)
	switch {
	case errors.As(err, &dns):
		e.Err = errors.New("the host name is not known")
	case errors.As(err, &cert), errors.As(err, &auth), errors.As(err, &host):
		e.Err, e.permanent = errors.New("the server's certificate is not trusted"), true
	case errors.As(err, &rec):
		e.Err, e.permanent = errors.New("the server does not speak TLS"), true
	case errors.Is(err, syscall.ECONNREFUSED):
		e.Err = errors.New("connection refused")
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		e.Err = errors.New("connection reset")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.Err = errors.New("connection closed early")
	case errors.As(err, &wait) && wait.Timeout():
		e.Err = errors.New("connection timed out")
	default:
		e.Err = errors.New("connection failed")
	}
	return e
}
