//! A store as a table.

use std::fmt;

use crate::params::Params;

impl fmt::Display for Params {
    /// A line for each parameter: its name, its shape, how many numbers it has, and whether they
    /// are trained; then the totals.
    ///
    /// ```
    /// # use wengert_autodiff::Params;
    /// let mut params = Params::f64(0);
    /// params.add("weight", [[1.0, 2.0], [3.0, 4.0]]);
    /// params.add_buffer("running_mean", [0.0, 0.0]);
    /// assert_eq!(params.to_string(), "\
    /// weight        [2, 2]  4
    /// running_mean  [2]     2  not trained
    /// in all                6
    /// trained               4");
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.iter().map(|(_, parameter)| {
            let remark = if parameter.trainable { "" } else { "  not trained" };
            let shape = parameter.value.shape().to_string();
            (parameter.name.as_str(), shape, parameter.value.size(), remark)
        });
        let mut lines: Vec<(&str, String, usize, &str)> = lines.collect();
        let all = lines.iter().map(|&(_, _, size, _)| size).sum();
        lines.push(("in all", String::new(), all, ""));
        lines.push(("trained", String::new(), self.trainable_size(), ""));

        let widest =
            |width: fn(&(&str, String, usize, &str)) -> usize| lines.iter().map(width).max();
        let name_width = widest(|(name, ..)| name.chars().count()).unwrap_or(0);
        let shape_width = widest(|(_, shape, ..)| shape.len()).unwrap_or(0);
        let size_width = all.to_string().len();
        for (k, (name, shape, size, remark)) in lines.iter().enumerate() {
            let line_break = if k == 0 { "" } else { "\n" };
            write!(
                f,
                "{line_break}{name:name_width$}  {shape:shape_width$}  {size:>size_width$}{remark}"
            )?;
        }
        Ok(())
    }
}
