//! Whole flows through a daemon in this process: real sockets, real databases, a clock that is set.

mod entries;
