#include "runtime/support/Arena.h"

#include <sys/mman.h>

#include <algorithm>

#include "runtime/support/Check.h"

namespace gene {

// Small chunks first, for most programs are small. What needs more gets chunks of the size and alignment of huge pages: a
// large program's memory is touched once, and a page fault for each 4 KB was a tenth of the time.
void* Arena::allocateSlow(size_t size, size_t align) {
  constexpr size_t SmallChunk = 256 * 1024, SmallChunks = 8;
  constexpr size_t HugePage = 2 * 1024 * 1024, LargeChunk = 2 * HugePage;
  const size_t least = size + align;
  if (chunks_.size() < SmallChunks && least <= SmallChunk) {
    chunks_.emplace_back(std::malloc(SmallChunk));
    end_ = SmallChunk;
  } else {
    end_ = (std::max(least, LargeChunk) + HugePage - 1) & ~(HugePage - 1);
    chunks_.emplace_back(std::aligned_alloc(HugePage, end_));
#ifdef MADV_HUGEPAGE
    if (chunks_.back()) ::madvise(chunks_.back().get(), end_, MADV_HUGEPAGE);
#endif
  }
  GENE_CHECK(chunks_.back(), "there is memory left");
  next_ = reinterpret_cast<uintptr_t>(chunks_.back().get());
  end_ += next_;
  return allocate(size, align);
}

}  // namespace gene
