package imaging

// gifFrames counts the frames of a GIF without unpacking any (GIF89a, sections
// 17 to 27). A damaged file gives the number of those before the damage, at
// least 1.
func gifFrames(data []byte) int {
	frames := 0
	i := 13
	if len(data) > 10 {
		i += colorTable(data[10])
	}
	for i < len(data) {
		switch data[i] {
		case 0x21: // extension: a label, then blocks
			i = skipBlocks(data, i+2)
		case 0x2c: // image descriptor, perhaps colours, a code size, then blocks
			if i+10 > len(data) {
				return max(1, frames)
			}
			frames++
			i = skipBlocks(data, i+10+colorTable(data[i+9])+1)
		default: // the trailer, or damage
			return max(1, frames)
		}
	}
	return max(1, frames)
}

// colorTable is the size in bytes of the colour table that packed flags announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (1 + flags&7)
}

// skipBlocks steps over sub-blocks, each led by its length, up to the empty one.
func skipBlocks(data []byte, i int) int {
	for i < len(data) && data[i] != 0 {
		i += 1 + int(data[i])
	}
	return i + 1
}
