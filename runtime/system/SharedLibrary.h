#pragma once
// Libraries of the system that are opened when a program first needs them (libcurl, SQLite, libpq), so that no other program
// is linked with them or refuses to start where they are not installed. The caller has a struct of function pointers, made of
// the library's own header by decltype: one list of names says both what the struct has and what is looked for.

#include <string>

#include "runtime/support/Span.h"

namespace gene {

struct LibraryFunction {
  const char* name;
  void** address;  // what is found goes here
};

/// Opens `file` (libcurl.so.4) and finds its functions; it stays open. "", or why that failed.
std::string openLibrary(const char* file, Span<const LibraryFunction> functions);

}  // namespace gene
