use wengert_data::{Dataset, Standardizer, breast_cancer, digits, iris, wine};

use crate::labels_of;

fn counts(data: &Dataset) -> Vec<usize> {
    let labels = labels_of(&data.y);
    let count = |class| labels.iter().filter(|&&label| label == class).count();
    (0..data.classes().len() as i64).map(count).collect()
}

#[test]
fn digits_are_what_they_are_known_to_be() {
    let digits = digits();
    assert_eq!(digits.x.shape()[..], [1797, 64]);
    let pixels = digits.x.array::<f32>().unwrap().to_vec();
    assert!(pixels.iter().all(|&p| (0.0..=16.0).contains(&p) && p.fract() == 0.0));
    assert_eq!(pixels[..6], [0.0, 0.0, 5.0, 13.0, 9.0, 1.0]);

    assert_eq!(counts(&digits), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
}

#[test]
fn tables_are_what_they_are_known_to_be() {
    for (data, features, classes) in [
        (iris(), 4, vec![50, 50, 50]),
        (wine(), 13, vec![59, 71, 48]),
        (breast_cancer(), 30, vec![212, 357]),
    ] {
        assert_eq!(data.x.shape()[..], [classes.iter().sum(), features]);
        assert_eq!(counts(&data), classes);
        assert_eq!(data.features().len(), features);
        assert_eq!(data.select(&[0]).features(), data.features());
    }
}

/// The mean and the standard deviation of a feature.
fn moments(data: &Dataset, feature: &str) -> (f64, f64) {
    let place = data.features().iter().position(|name| name == feature);
    let place = place.unwrap_or_else(|| panic!("no {feature} among {:?}", data.features()));
    let scale = Standardizer::fit(&data.x).unwrap();
    (scale.mean[place], scale.std[place])
}

/// The documentation of these data sets at UCI states some means and deviations.
#[test]
fn features_have_the_names_that_fit_them() {
    for (data, feature, mean, std) in [
        (iris(), "sepal length (cm)", 5.84, 0.83),
        (iris(), "petal width (cm)", 1.20, 0.76),
        (wine(), "alcohol", 13.0, 0.8),
        (wine(), "magnesium", 99.7, 14.2),
        (wine(), "proline", 746.9, 314.0),
        (breast_cancer(), "mean radius", 14.13, 3.52),
        (breast_cancer(), "error of area", 40.34, 45.45),
        (breast_cancer(), "worst perimeter", 107.26, 33.57),
    ] {
        let found = moments(&data, feature);
        let near = (found.0 - mean).abs() < 0.1 && (found.1 - std).abs() < 1.0;
        assert!(near, "{feature}: {found:?}, expected about {mean} and {std}");
    }
}
