#pragma once
// What this thread has done so far, counted in builds with assertions alone: rows of built-ins say what they do, and
// runtime/object/RowCheck holds each call against that.

#include <cstdint>

namespace gene {

struct Activity {
  uint64_t allocations = 0;  // objects
  uint64_t calls = 0;        // of Gene code by the runtime
  uint64_t outside = 0;      // writes to files, streams, the environment …
};

#ifdef GENE_ASSERTS
inline constinit thread_local Activity activity;
#define GENE_NOTE(what) (++::gene::activity.what)
#else
#define GENE_NOTE(what) ((void)0)
#endif

}  // namespace gene
