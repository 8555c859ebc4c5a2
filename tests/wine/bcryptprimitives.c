/*
 * The one function that Rust's standard library takes from bcryptprimitives.dll, for releases of Wine before 9.0,
 * which have no such library. Windows has its own; this one never leaves the tests.
 */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    return RtlGenRandom(data, (ULONG)length);
}
