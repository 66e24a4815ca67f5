#include "codegen/link/Installation.h"

#include <filesystem>

namespace gene {

std::string libraryFolder() {
  std::error_code error;
  const std::filesystem::path executable = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return "../lib/gene";
  return (executable.parent_path().parent_path() / "lib" / "gene").string();
}

}  // namespace gene
