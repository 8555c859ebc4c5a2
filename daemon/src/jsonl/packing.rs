//! Files as streams, packed or not: gzip and Zstandard, by name when written, by their first bytes when read.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

/// Bytes unpacked at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// Packed bytes read at a time: few, because they are counted as done once they are read.
const PACKED_BUFFER_BYTES: usize = 32 << 10;

/// A file may unpack to so many times its size; gzip cannot do more, and saves do far less (S-65).
const RATIO_LIMIT: u64 = 1_100;

/// The ratio counts from so many unpacked bytes on.
const RATIO_FREE_BYTES: u64 = 64 << 20;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    None,
    /// gzip, in one or several members.
    Gzip,
    /// Zstandard.
    Zstandard,
}

impl Packing {
    /// By the name's ending.
    pub fn by_name(path: &Path) -> Self {
        match path.extension().and_then(OsStr::to_str) {
            Some(extension) if extension.eq_ignore_ascii_case("gz") => Self::Gzip,
            Some(extension) if extension.eq_ignore_ascii_case("zst") => Self::Zstandard,
            _ => Self::None,
        }
    }

    fn by_magic(start: &[u8]) -> Self {
        if start.starts_with(&GZIP_MAGIC) {
            Self::Gzip
        } else if start.starts_with(&ZSTD_MAGIC) {
            Self::Zstandard
        } else {
            Self::None
        }
    }
}

/// Bytes read so far from a file as it lies on the disk; clones share it.
#[derive(Clone, Debug, Default)]
pub struct BytesRead(Arc<AtomicU64>);

impl BytesRead {
    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A stream and how it is packed.
pub struct Unpacked {
    /// The unpacked bytes.
    pub reader: Box<dyn BufRead + Send>,
    /// How far the packed bytes were read.
    pub bytes_read: BytesRead,
}

/// Unpacks a stream whose first bytes tell how it is packed; `name` decides when it is too short to tell.
pub fn unpack(source: impl Read + Send + 'static, name: Packing) -> io::Result<Unpacked> {
    let bytes_read = BytesRead::default();
    let counted = Counted { source, bytes_read: bytes_read.clone() };
    let mut packed = BufReader::with_capacity(PACKED_BUFFER_BYTES, counted);
    let start = packed.fill_buf()?;
    let packing = if start.len() < ZSTD_MAGIC.len() { name } else { Packing::by_magic(start) };
    let limited =
        |reader: Box<dyn Read + Send>| Limited { reader, bytes_read: bytes_read.clone(), unpacked: 0 };
    let reader: Box<dyn BufRead + Send> = match packing {
        Packing::None => Box::new(packed),
        Packing::Gzip => {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, limited(Box::new(MultiGzDecoder::new(packed)))))
        }
        Packing::Zstandard => {
            let decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
            Box::new(BufReader::with_capacity(BUFFER_BYTES, limited(Box::new(decoder))))
        }
    };
    Ok(Unpacked { reader, bytes_read })
}

struct Counted<R> {
    source: R,
    bytes_read: BytesRead,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.bytes_read.0.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Ends with an error when a file unpacks to far more than any file of saves would.
struct Limited {
    reader: Box<dyn Read + Send>,
    bytes_read: BytesRead,
    unpacked: u64,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.unpacked += count as u64;
        if self.unpacked > RATIO_FREE_BYTES && self.unpacked / self.bytes_read.get().max(1) > RATIO_LIMIT {
            let message =
                format!("it unpacks to more than {RATIO_LIMIT} times its size, as no file of saves does");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(count)
    }
}

/// A stream that is packed as it is written.
pub enum Packer<W: Write> {
    /// Not at all.
    None(W),
    /// gzip.
    Gzip(GzEncoder<W>),
    /// Zstandard.
    Zstandard(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Packer<W> {
    /// Packs into `sink`.
    pub fn new(packing: Packing, sink: W) -> io::Result<Self> {
        Ok(match packing {
            Packing::None => Self::None(sink),
            Packing::Gzip => Self::Gzip(GzEncoder::new(sink, Compression::default())),
            Packing::Zstandard => Self::Zstandard(zstd::stream::write::Encoder::new(sink, 0)?),
        })
    }

    /// Writes the end of the packed stream, and gives the sink back.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::None(sink) => Ok(sink),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstandard(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::None(sink) => sink.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstandard(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::None(sink) => sink.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstandard(encoder) => encoder.flush(),
        }
    }
}

/// Opens a file, and refuses a directory, which some systems would only refuse to read.
pub fn open_file(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(packing: Packing, text: &[u8]) -> Vec<u8> {
        let mut packer = Packer::new(packing, Vec::new()).unwrap();
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn read(bytes: Vec<u8>, name: Packing) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        unpack(io::Cursor::new(bytes), name)?.reader.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn what_is_packed_unpacks_whatever_its_name_says() {
        let text = b"{\"key\":\"a\"}\n".repeat(1_000);
        for packing in [Packing::None, Packing::Gzip, Packing::Zstandard] {
            for name in [Packing::None, Packing::Gzip, Packing::Zstandard] {
                assert_eq!(read(pack(packing, &text), name).unwrap(), text, "{packing:?} named {name:?}");
            }
        }
    }

    #[test]
    fn gzip_in_several_members_is_read_to_its_end() {
        let mut bytes = pack(Packing::Gzip, b"one\n");
        bytes.extend(pack(Packing::Gzip, b"two\n"));
        assert_eq!(read(bytes, Packing::None).unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn half_a_file_is_an_unexpected_end() {
        for packing in [Packing::Gzip, Packing::Zstandard] {
            let mut bytes = pack(packing, &b"0123456789".repeat(10_000));
            bytes.truncate(bytes.len() / 2);
            assert_eq!(read(bytes, packing).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{packing:?}");
        }
    }

    #[test]
    fn s_65_a_file_that_unpacks_without_bound_is_stopped() {
        let bomb = pack(Packing::Zstandard, &vec![b' '; 80 << 20]);
        let error = read(bomb, Packing::None).unwrap_err();
        assert!(error.to_string().contains("times its size"), "{error}");
    }
}
