//! The one data set that travels with the crate.

use crate::Dataset;

/// 1,797 handwritten digits of 8×8 pixels: x has shape `[1797, 64]`, a pixel is a whole number from
/// 0 (paper) to 16 (ink), and the classes are `"0"` to `"9"`.
///
/// E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning
/// Repository, 1998, CC BY 4.0.
///
/// ```
/// let digits = wengert_data::digits();
/// assert_eq!(digits.x.shape()[..], [1797, 64]);
/// assert_eq!(digits.classes().len(), 10);
/// ```
///
/// # Panics
///
/// Never: the file is part of the crate, whose tests read it.
pub fn digits() -> Dataset {
    let packed = include_bytes!("../data/digits.csv.gz");
    Dataset::from_csv_gz(packed, (0..10).map(|digit| digit.to_string()))
        .expect("the file is part of the crate")
}
