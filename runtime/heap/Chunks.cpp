// Address space: chunks, the pages and runs of pages inside, the mappings of huge objects.

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>

#include "runtime/Output.h"
#include "runtime/heap/HeapState.h"

namespace gene {
namespace {

/// Maps `bytes` at a multiple of ChunkBytes; null when there is no room.
char* mapAligned(size_t bytes) {
  void* mapping = ::mmap(nullptr, bytes + ChunkBytes, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  const auto address = reinterpret_cast<uintptr_t>(mapping);
  const uintptr_t base = (address + ChunkBytes - 1) & ~(ChunkBytes - 1);
  if (base > address) ::munmap(mapping, base - address);
  const uintptr_t end = base + bytes;
  if (const uintptr_t rest = address + bytes + ChunkBytes - end)
    ::munmap(reinterpret_cast<void*>(end), rest);
  return reinterpret_cast<char*>(base);
}

/// The bits of pages [first, first + count).
uint64_t pageBits(size_t first, size_t count) {
  return (count == ChunkPages ? ~uint64_t{0} : (uint64_t{1} << count) - 1) << first;
}

/// The first page of `count` free ones in a row, or ChunkPages.
size_t findRun(uint64_t freePages, size_t count) {
  // A bit survives when the bits above it are set, too: doubling reaches any count in log steps.
  for (size_t have = 1; have < count && freePages;) {
    const size_t step = std::min(have, count - have);
    freePages &= freePages >> step;
    have += step;
  }
  return static_cast<size_t>(std::countr_zero(freePages));
}

}  // namespace

void outOfMemory() {
  flushOut();
  std::fputs("Error: out of memory\n", stderr);
  std::_Exit(1);
}

void* zeroPages(size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) outOfMemory();
  return memory;
}

void freeZeroPages(void* memory, size_t bytes) { ::munmap(memory, bytes); }

void ChunkTable::set(uintptr_t address, Chunk* chunk) {
  Chunk**& leaf = roots_[address >> (ChunkBits + LeafBits) & (Roots - 1)];
  constexpr size_t Entries = size_t{1} << LeafBits;
  if (!leaf) leaf = static_cast<Chunk**>(zeroPages(sizeof(Chunk*) * Entries));
  leaf[address >> ChunkBits & (Entries - 1)] = chunk;
  if (chunk || std::any_of(leaf, leaf + Entries, [](const Chunk* c) { return c != nullptr; }))
    return;
  freeZeroPages(leaf, sizeof(Chunk*) * Entries);
  leaf = nullptr;
}

void Heap::cover(Chunk* chunk, size_t bytes, Chunk* value) {
  const auto base = reinterpret_cast<uintptr_t>(chunk->base);
  for (size_t offset = 0; offset < bytes; offset += ChunkBytes)
    chunkTable->set(base + offset, value);
  if (!value) return;
  lowest = std::min(lowest, base);
  highest = std::max(highest, base + bytes);
}

/// Address space is reserved some chunks ahead, more of it as the heap grows, less where it is scarce.
char* Heap::reserveChunk() {
  if (reserved == reservedEnd) {
    size_t bytes = std::clamp(chunks.size() * ChunkBytes / 2, size_t{64} << 20, size_t{1} << 30);
    bytes &= ~(ChunkBytes - 1);
    while (!(reserved = mapAligned(bytes))) {
      if (bytes == ChunkBytes) outOfMemory();
      bytes = std::max(ChunkBytes, (bytes / 2) & ~(ChunkBytes - 1));
    }
    reservedEnd = reserved + bytes;
  }
  char* base = reserved;
  reserved += ChunkBytes;
  return base;
}

Chunk* Heap::newChunk() {
  auto* chunk = new Chunk{reserveChunk(), ~uint64_t{0}, {}, false};
  chunks.push_back(chunk);
  cover(chunk, ChunkBytes, chunk);
  return chunk;
}

PageHeader* Heap::takePages(size_t count) {
  grow(count * PageBytes);
  Chunk* chunk = nullptr;
  size_t first = ChunkPages;
  while (firstFree < chunks.size() && chunks[firstFree]->freePages == 0) firstFree++;
  for (size_t i = firstFree; i < chunks.size() && first == ChunkPages; i++) {
    chunk = chunks[i];
    first = findRun(chunk->freePages, count);
  }
  if (first == ChunkPages) {
    chunk = newChunk();
    first = 0;
  }
  chunk->freePages &= ~pageBits(first, count);
  std::fill_n(chunk->run + first, count, static_cast<uint8_t>(first + 1));
  pageBytes += count * PageBytes;
  PageHeader* header = chunk->page(first);
  header->heap = this;
  header->bytes = count * PageBytes;
  return header;
}

void Heap::givePages(PageHeader* header) {
  const auto address = reinterpret_cast<uintptr_t>(header);
  Chunk* chunk = chunkTable->at(address);
  const size_t first = (address & (ChunkBytes - 1)) / PageBytes;
  const size_t count = header->bytes / PageBytes;
  pageBytes -= header->bytes;
  if (count > KeptRunPages) ::madvise(header, header->bytes, MADV_DONTNEED);
  chunk->freePages |= pageBits(first, count);
  std::fill_n(chunk->run + first, count, uint8_t{0});
  for (size_t i = 0; i < firstFree; i++)
    if (chunks[i] == chunk) firstFree = i;
}

PageHeader* Heap::mapHuge(size_t bytes) {
  bytes = (bytes + sizeof(PageHeader) + PageBytes - 1) & ~(PageBytes - 1);
  grow(bytes);
  char* base = mapAligned(bytes);
  if (!base) outOfMemory();
  auto* chunk = new Chunk{base, 0, {1}, true};
  hugeObjects.push_back(chunk);
  cover(chunk, bytes, chunk);
  pageBytes += bytes;
  PageHeader* header = chunk->page(0);
  header->heap = this;
  header->bytes = bytes;
  return header;
}

void Heap::unmapHuge(PageHeader* header) {
  Chunk* chunk = chunkTable->at(reinterpret_cast<uintptr_t>(header));
  const size_t bytes = header->bytes;
  cover(chunk, bytes, nullptr);
  pageBytes -= bytes;
  std::erase(hugeObjects, chunk);
  delete chunk;
  ::munmap(header, bytes);
}

void Heap::carve(FreeCell*& list, bool payload, uint32_t sizeClass) {
  PageHeader*& header = carving[payload][sizeClass];
  const uint32_t cellBytes = cellBytesOf(sizeClass);
  if (!header || header->carved == header->capacity) {
    header = takePages(1);
    header->cellBytes = cellBytes;
    header->cells = header->carved = 0;
    header->capacity = static_cast<uint32_t>((PageBytes - sizeof(PageHeader)) / cellBytes);
    header->reciprocal = static_cast<uint32_t>((uint64_t{1} << 32) / cellBytes + 1);
    header->sizeClass = sizeClass;
  }
  const uint32_t more = std::max<uint32_t>(1, 4096 / cellBytes);
  const uint32_t last = std::min(header->capacity, header->carved + more);
  for (uint32_t i = last; i-- > header->carved;)
    pushCell(list, reinterpret_cast<Object*>(header->first() + size_t{i} * cellBytes), 0);
  if (!payload) stats.reused -= last - header->carved;
  header->carved = last;
  if (!payload) header->cells = last;
}

void Heap::unmapAll() {
  while (!hugeObjects.empty()) unmapHuge(hugeObjects.back()->page(0));
  for (Chunk* chunk : chunks) {
    cover(chunk, ChunkBytes, nullptr);
    ::munmap(chunk->base, ChunkBytes);
    delete chunk;
  }
  chunks.clear();
  if (reserved < reservedEnd) ::munmap(reserved, static_cast<size_t>(reservedEnd - reserved));
}

}  // namespace gene
