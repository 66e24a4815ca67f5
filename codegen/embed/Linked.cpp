// A program around Gene runs any source, so it has what waits as well (runtime/Async.h refers to it weakly: this file does not).

#include "codegen/embed/Linked.h"

extern "C" void gene_install_async(gene::Context* context);

namespace gene {

bool hasAllLibraries() {
  void (*volatile const install)(Context*) = gene_install_async;
  return install != nullptr;
}

}  // namespace gene
