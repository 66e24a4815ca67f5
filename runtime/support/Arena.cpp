#include "runtime/support/Arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "runtime/support/Check.h"

namespace gene {

struct alignas(16) Arena::Chunk {
  Chunk* before;
};

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* to = array<char>(text.size());
  std::memcpy(to, text.data(), text.size());
  return {to, text.size()};
}

// Small chunks first, for most programs are small. What needs more gets chunks of the size and alignment of huge pages: a
// large program's memory is touched once, and a page fault for each 4 KB was a tenth of the time.
void* Arena::allocateSlow(size_t size, size_t align) {
  constexpr size_t SmallChunk = 256 * 1024, SmallChunks = 8;
  constexpr size_t HugePage = 2 * 1024 * 1024, LargeChunk = 2 * HugePage;
  const size_t least = sizeof(Chunk) + size + align;
  void* memory;
  size_t bytes = SmallChunk;
  if (chunks_ < SmallChunks && least <= SmallChunk) {
    memory = std::malloc(bytes);
  } else {
    bytes = (std::max(least, LargeChunk) + HugePage - 1) & ~(HugePage - 1);
    memory = std::aligned_alloc(HugePage, bytes);
#ifdef MADV_HUGEPAGE
    if (memory) ::madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  }
  GENE_CHECK(memory, "there is memory left");
  last_ = new (memory) Chunk{last_};
  chunks_++;
  next_ = reinterpret_cast<uintptr_t>(memory) + sizeof(Chunk);
  end_ = reinterpret_cast<uintptr_t>(memory) + bytes;
  return allocate(size, align);
}

Arena::~Arena() {
  while (last_) {
    Chunk* const before = last_->before;
    std::free(last_);
    last_ = before;
  }
}

}  // namespace gene
