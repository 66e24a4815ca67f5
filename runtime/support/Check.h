#pragma once
// Assertions. GENE_ASSERT is for our own bugs and vanishes in release builds; GENE_CHECK stays where memory
// safety is at stake; GENE_SLOW_ASSERT is for walks over whole structures (debug preset only).

#include <cstdio>
#include <cstdlib>

namespace gene {

/// Prints what failed and where, then aborts.
[[noreturn, gnu::cold]] inline void checkFailed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: internal error: %s\n", file, line, what);
  std::abort();
}

}  // namespace gene

#define GENE_CHECK(condition, sentence) \
  (__builtin_expect(!!(condition), 1)   \
       ? (void)0                        \
       : ::gene::checkFailed(sentence " (" #condition ")", __FILE__, __LINE__))

#ifdef GENE_ASSERTS
#define GENE_ASSERT(condition, sentence) GENE_CHECK(condition, sentence)
#else
#define GENE_ASSERT(condition, sentence) ((void)sizeof(!(condition)))
#endif

#ifdef GENE_SLOW_ASSERTS
#define GENE_SLOW_ASSERT(condition, sentence) GENE_CHECK(condition, sentence)
#else
#define GENE_SLOW_ASSERT(condition, sentence) ((void)sizeof(!(condition)))
#endif

#define GENE_UNREACHABLE(sentence) ::gene::checkFailed("unreachable: " sentence, __FILE__, __LINE__)

#define GENE_LIKELY(x) __builtin_expect(!!(x), 1)
#define GENE_UNLIKELY(x) __builtin_expect(!!(x), 0)
