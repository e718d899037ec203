//! The checker, checked: what is right must raise no alarm, what is wrong must be caught, and the
//! operation that is wrong must be named.

pub mod alarms;
pub mod flawed;
pub mod mutants;
pub mod table;
