// Leaving frames with an exception.

#include <algorithm>

#include "runtime/abi/Entry.h"
#include "runtime/vm/Interpreter.h"
#include "runtime/vm/Limits.h"

namespace gene::vm {

namespace {

/// The last entry that does not start behind `offset`, or null.
template <class Entry>
const Entry* entryAt(const Entry* entries, uint32_t count, uint32_t offset) {
  const Entry* end = entries + count;
  const Entry* behind = std::upper_bound(
      entries, end, offset, [](uint32_t at, const Entry& entry) { return at < entry.offset; });
  return behind == entries ? nullptr : behind - 1;
}

/// The word before `pc`, which is behind a word of the instruction: its first one, or its last one in frames that wait for a call.
uint32_t offsetBefore(const Code& code, const uint16_t* pc) {
  return static_cast<uint32_t>((pc - code.start) / 4) - 1;
}

const HandlerEntry* handlerAt(const Code& code, uint32_t offset, const SiteEntry* site) {
  const HandlerEntry* handler = entryAt(code.handlers, code.handlerCount, offset);
  // Every instruction that may raise has a site, so the one of a handler tells whether it is this instruction's.
  return handler && site && handler->offset == site->offset ? handler : nullptr;
}

}  // namespace

const SiteEntry* siteBefore(const uint16_t* pc, const Value* base) {
  return siteBefore(pc, codeOf(base));
}

const SiteEntry* siteBefore(const uint16_t* pc, const Code& code) {
  if (code.siteCount == 0) return nullptr;
  const SiteEntry* site = entryAt(code.sites, code.siteCount, offsetBefore(code, pc));
  // Behind what allocates memory may have run out, so that another instruction raises: what is nearest tells where.
  return site ? site : code.sites;
}

bool handles(const uint16_t* pc, const Value* base) {
  const Code& code = codeOf(base);
  return handlerAt(code, offsetBefore(code, pc), siteBefore(pc, base)) != nullptr;
}

Resume unwind(Context& context, uint16_t* pc, Value* base) {
  const bool stops = context.vm->limits && context.vm->limits->stopping();
  for (;;) {
    const Code& code = codeOf(base);
    const uint32_t offset = offsetBefore(code, pc);
    context.vm->top = base + code.frameSize;
    const SiteEntry* site = siteBefore(pc, base);
    if (site) gene_trace(&context, reinterpret_cast<uint64_t>(code.info->program), site->site);
    const HandlerEntry* const handler = stops ? nullptr : handlerAt(code, offset, site);
    if (handler) {
      base[handler->reg] = gene_catch(&context);
      return {code.start + size_t{handler->landing} * 4, base};
    }
    const uint64_t link = base[-1].bits;
    pc = reinterpret_cast<uint16_t*>(link >> 16);
    if (pc == exitCode) return {nullptr, base};
    base -= link & 0xFFFF;
  }
}

}  // namespace gene::vm
