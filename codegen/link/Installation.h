#pragma once
// Where the files lie that belong to the running executable: BIN/gene, BIN/../lib/gene/libgene_rt.a …

#include <string>

namespace gene {

/// The folder of our libraries, ../lib/gene of the executable.
std::string libraryFolder();

}  // namespace gene
