#include "runtime/support/ContentHash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace gene {

uint64_t contentHash(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

}  // namespace gene
