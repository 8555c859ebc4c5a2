//! What `cargo xtask codegen` writes is what is committed.

#[test]
fn generated_files_are_up_to_date() {
    if let Err(error) = xtask::codegen::check() {
        panic!("{error:#}");
    }
}
