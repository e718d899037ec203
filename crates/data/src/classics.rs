//! The data sets that travel with the crate: small, well known, and free to be handed on (CC BY
//! 4.0). Larger ones are read from files; see [`idx`](crate::idx) and [`Csv`](crate::Csv).

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

/// 150 irises of three species, four lengths in centimetres of each: x has shape `[150, 4]`.
///
/// R. A. Fisher, *Iris*, UCI Machine Learning Repository, 1936, CC BY 4.0.
///
/// ```
/// let iris = wengert_data::iris();
/// assert_eq!(iris.classes(), ["setosa", "versicolor", "virginica"]);
/// assert_eq!(iris.features()[3], "petal width (cm)");
/// ```
///
/// # Panics
///
/// Never: the file is part of the crate, whose tests read it.
pub fn iris() -> Dataset {
    const FEATURES: [&str; 4] =
        ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"];
    embedded(include_str!("../data/iris.csv"), FEATURES)
}

/// 178 wines of three cultivars, a chemical analysis of each: x has shape `[178, 13]`.
///
/// S. Aeberhard and M. Forina, *Wine*, UCI Machine Learning Repository, 1992, CC BY 4.0.
///
/// ```
/// let wine = wengert_data::wine();
/// assert_eq!(wine.x.shape()[..], [178, 13]);
/// assert_eq!(wine.features()[0], "alcohol");
/// ```
///
/// # Panics
///
/// Never: the file is part of the crate, whose tests read it.
pub fn wine() -> Dataset {
    const FEATURES: [&str; 13] = [
        "alcohol",
        "malic acid",
        "ash",
        "alcalinity of ash",
        "magnesium",
        "total phenols",
        "flavanoids",
        "nonflavanoid phenols",
        "proanthocyanins",
        "color intensity",
        "hue",
        "OD280/OD315 of diluted wines",
        "proline",
    ];
    embedded(include_str!("../data/wine.csv"), FEATURES)
}

/// 569 breast tumours, malignant or benign, of whose cell nuclei ten measures were taken: the mean,
/// the standard error and the worst of each. x has shape `[569, 30]`.
///
/// W. Wolberg, O. Mangasarian, N. Street and W. Street, *Breast Cancer Wisconsin (Diagnostic)*, UCI
/// Machine Learning Repository, 1993, CC BY 4.0.
///
/// ```
/// let tumours = wengert_data::breast_cancer();
/// assert_eq!(tumours.classes(), ["malignant", "benign"]);
/// assert_eq!(tumours.features()[20], "worst radius");
/// ```
///
/// # Panics
///
/// Never: the file is part of the crate, whose tests read it.
pub fn breast_cancer() -> Dataset {
    const MEASURES: [&str; 10] = [
        "radius",
        "texture",
        "perimeter",
        "area",
        "smoothness",
        "compactness",
        "concavity",
        "concave points",
        "symmetry",
        "fractal dimension",
    ];
    let kinds = ["mean", "error of", "worst"];
    let features = kinds.into_iter().flat_map(|k| MEASURES.map(|measure| format!("{k} {measure}")));
    embedded(include_str!("../data/breast_cancer.csv"), features)
}

/// A table whose first line says how many rows and features there are, and names the classes.
fn embedded<F: Into<String>>(text: &str, features: impl IntoIterator<Item = F>) -> Dataset {
    const OURS: &str = "the file is part of the crate";
    let (first, rows) = text.split_once('\n').expect(OURS);
    let data = Dataset::from_csv(rows, first.split(',').skip(2)).expect(OURS);
    data.with_features(features).expect(OURS)
}
