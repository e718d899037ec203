//! The checker, checked: what is right must raise no alarm, what is wrong must be caught, and the
//! operation that is wrong must be named.

mod flawed;
mod table;
