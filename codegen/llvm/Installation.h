#pragma once
// Where the files lie that belong to the running executable: BIN/gene, BIN/../lib/libgene_rt.a …

#include <string>

namespace gene {

/// The folder of our libraries, ../lib of the executable.
std::string libraryFolder();

}  // namespace gene
