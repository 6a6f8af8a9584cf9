package dicom

import "context"

// jpegFrame unpacks a frame of a JPEG transfer syntax.
func jpegFrame(ctx context.Context, h Header, syntax string, data []byte) (*Frame, error) {
	return nil, &Error{Kind: KindUnsupported, What: "JPEG"}
}
