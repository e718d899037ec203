//! The bytes of a safetensors file: eight with the length of the header, the header, which is JSON,
//! and the elements of all tensors. What they mean to a model is elsewhere.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use safetensors::tensor::{Dtype, Metadata as Header};
use serde_json::{Map, Value, json};
use wengert_tensor::{DType, Native, Shape, Tensor};

use crate::atomic::{read, write_atomically};
use crate::error::{Problem, WeightsError};

/// Where the checksum is noted among the metadata.
pub(crate) const CHECKSUM: &str = "wengert.checksum";

/// Metadata by key.
pub(crate) type Metadata = BTreeMap<String, String>;

/// A tensor in the bytes of a file.
pub(crate) struct Stored<'b> {
    dtype: Dtype,
    pub shape: Shape,
    data: &'b [u8],
}

impl Stored<'_> {
    /// The kind of its numbers, if it is one of ours.
    pub fn dtype(&self) -> Option<DType> {
        match self.dtype {
            Dtype::F32 => Some(DType::F32),
            Dtype::F64 => Some(DType::F64),
            Dtype::I64 => Some(DType::I64),
            _ => None,
        }
    }

    /// The tensor, if its numbers are of a kind of ours.
    pub fn tensor(&self) -> Option<Tensor> {
        let shape = || self.shape.clone();
        let tensor = match self.dtype()? {
            DType::F32 => Tensor::from_vec(numbers(self.data, f32::from_le_bytes), shape()),
            DType::F64 => Tensor::from_vec(numbers(self.data, f64::from_le_bytes), shape()),
            DType::I64 => Tensor::from_vec(numbers(self.data, i64::from_le_bytes), shape()),
        };
        Some(tensor.expect("its size was checked against its shape"))
    }

    /// Its type in words.
    pub fn describe(&self) -> String {
        format!("{} of {}", self.shape, self.dtype.to_string().to_lowercase())
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], from: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|&bytes| from(bytes)).collect()
}

/// Reads a file, and hands what is in it to `f`.
pub(crate) fn open<R>(
    path: &Path,
    f: impl FnOnce(&BTreeMap<String, Stored<'_>>, &Metadata) -> Result<R, Problem>,
) -> Result<R, WeightsError> {
    let bytes = read(path).map_err(|error| Problem::Io(error).of(path))?;
    let result = parse(&bytes).and_then(|(tensors, metadata)| f(&tensors, &metadata));
    result.map_err(|problem| problem.of(path))
}

fn parse(bytes: &[u8]) -> Result<(BTreeMap<String, Stored<'_>>, Metadata), Problem> {
    let (header, data) = split(bytes)?;
    // This checks shapes and sizes, and that no tensor overlaps another.
    let header: Header = serde_json::from_slice(header)
        .map_err(|error| malformed(&format!("its header is not as it should be: {error}")))?;
    if header.data_len() != data.len() {
        let (want, have) = (header.data_len(), data.len());
        return Err(malformed(&format!(
            "its tensors need {want} bytes, and it has {have} for them"
        )));
    }
    let tensors = header.tensors().into_iter().map(|(name, info)| {
        let (start, end) = info.data_offsets;
        let shape = Shape::from(info.shape.as_slice());
        (name, Stored { dtype: info.dtype, shape, data: &data[start..end] })
    });
    let tensors = tensors.collect();
    let metadata = header.metadata().iter().flatten();
    let metadata = metadata.map(|(key, value)| (key.clone(), value.clone())).collect();
    verify(&tensors, &metadata)?;
    Ok((tensors, metadata))
}

/// The longest header that is read, which is the longest that others write.
const LONGEST_HEADER: u64 = 100_000_000;

/// The header, and the bytes of all tensors.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), Problem> {
    let size = bytes.len();
    let Some((length, rest)) = bytes.split_first_chunk() else {
        return Err(malformed(&format!("it has {size} bytes only")));
    };
    let length = u64::from_le_bytes(*length);
    if length > LONGEST_HEADER {
        return Err(malformed(&format!("its header would have {length} bytes")));
    }
    rest.split_at_checked(length as usize).ok_or_else(|| {
        malformed(&format!(
            "its header would have {length} bytes, more than are left of its {size}"
        ))
    })
}

fn malformed(what: &str) -> Problem {
    Problem::Format(format!("this is no safetensors file, or not all of one: {what}"))
}

/// Compares the content with the checksum, if one is noted.
fn verify(tensors: &BTreeMap<String, Stored<'_>>, metadata: &Metadata) -> Result<(), Problem> {
    let Some(noted) = metadata.get(CHECKSUM) else { return Ok(()) };
    let mut sum = Checksum::of(metadata);
    for (name, Stored { dtype, shape, data }) in tensors {
        sum.tensor(name, &dtype.to_string(), shape);
        sum.update(data);
    }
    let (noted, found) = (noted.clone(), sum.finish());
    if noted == found { Ok(()) } else { Err(Problem::Checksum { noted, found }) }
}

/// Writes a file with these tensors, atomically, and a checksum among the metadata. Equal contents
/// are equal files.
pub(crate) fn save(
    path: &Path,
    tensors: &[(String, Tensor)],
    mut metadata: Metadata,
) -> Result<(), WeightsError> {
    let mut tensors: Vec<(&String, &Tensor)> = tensors.iter().map(|(n, x)| (n, x)).collect();
    tensors.sort_by_key(|&(name, _)| name);
    check_names(&tensors).map_err(|problem| problem.of(path))?;
    metadata.insert(CHECKSUM.to_owned(), checksum(&tensors, &metadata));
    // Numbers of eight bytes first, so that all lie at multiples of their size.
    tensors.sort_by_key(|(_, tensor)| std::cmp::Reverse(tensor.dtype().bytes()));
    let header = header(&tensors, &metadata);
    let written = write_atomically(path, |file| {
        file.write_all(&(header.len() as u64).to_le_bytes())?;
        file.write_all(header.as_bytes())?;
        tensors.iter().try_for_each(|(_, tensor)| each_block(tensor, |block| file.write_all(block)))
    });
    written.map_err(|error| Problem::Io(error).of(path))
}

/// Names tell tensors apart, and from the metadata.
fn check_names(sorted: &[(&String, &Tensor)]) -> Result<(), Problem> {
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Problem::Format(format!("there are two tensors named {:?}", pair[0].0)));
    }
    if sorted.iter().any(|(name, _)| *name == METADATA) {
        return Err(Problem::Format(format!("no tensor can be named {METADATA:?} in such a file")));
    }
    Ok(())
}

/// What the metadata are called in the header.
const METADATA: &str = "__metadata__";

/// The header, filled up with spaces to a multiple of eight bytes.
fn header(tensors: &[(&String, &Tensor)], metadata: &Metadata) -> String {
    let mut header = Map::new();
    header.insert(METADATA.to_owned(), json!(metadata));
    let mut offset = 0;
    for (name, tensor) in tensors {
        let end = offset + tensor.bytes();
        let entry = json!({
            "dtype": stored_dtype(tensor.dtype()).to_string(),
            "shape": tensor.shape()[..],
            "data_offsets": [offset, end],
        });
        header.insert((*name).clone(), entry);
        offset = end;
    }
    let text = Value::Object(header).to_string();
    let size = text.len().next_multiple_of(8);
    format!("{text:size$}")
}

fn stored_dtype(dtype: DType) -> Dtype {
    match dtype {
        DType::F32 => Dtype::F32,
        DType::F64 => Dtype::F64,
        DType::I64 => Dtype::I64,
    }
}

/// Hands the elements over as bytes, the lowest first, in blocks that fit into the cache.
fn each_block(tensor: &Tensor, f: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    fn blocks<T: Native, const N: usize>(
        x: &wengert_tensor::Array<T>,
        bytes: impl Fn(T) -> [u8; N],
        mut f: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let x = x.contiguous();
        let x = x.as_slice().expect("it was made contiguous");
        let mut block = Vec::with_capacity(N * x.len().min(BLOCK));
        for part in x.chunks(BLOCK) {
            block.clear();
            block.extend(part.iter().flat_map(|&x| bytes(x)));
            f(&block)?;
        }
        Ok(())
    }
    const BLOCK: usize = 4096;
    match tensor {
        Tensor::F32(x) => blocks(x, f32::to_le_bytes, f),
        Tensor::F64(x) => blocks(x, f64::to_le_bytes, f),
        Tensor::I64(x) => blocks(x, i64::to_le_bytes, f),
    }
}

/// The checksum of all there is to know from a file: CRC-32 over the metadata, in the order of their
/// keys, and the tensors, in the order of their names. How a header is laid out does not matter.
struct Checksum(crc32fast::Hasher);

impl Checksum {
    fn of(metadata: &Metadata) -> Checksum {
        let mut sum = Checksum(crc32fast::Hasher::new());
        for (key, value) in metadata.iter().filter(|(key, _)| *key != CHECKSUM) {
            sum.text(key);
            sum.text(value);
        }
        sum
    }

    fn tensor(&mut self, name: &str, dtype: &str, shape: &Shape) {
        self.text(name);
        self.text(dtype);
        self.text(&shape.to_string());
    }

    /// Where a text ends is part of it.
    fn text(&mut self, text: &str) {
        self.update(&(text.len() as u64).to_le_bytes());
        self.update(text.as_bytes());
    }

    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self) -> String {
        format!("crc32:{:08x}", self.0.finalize())
    }
}

fn checksum(sorted: &[(&String, &Tensor)], metadata: &Metadata) -> String {
    let mut sum = Checksum::of(metadata);
    for (name, tensor) in sorted {
        sum.tensor(name, &stored_dtype(tensor.dtype()).to_string(), tensor.shape());
        let added = each_block(tensor, |block| {
            sum.update(block);
            Ok(())
        });
        added.expect("nothing was written that could fail");
    }
    sum.finish()
}
