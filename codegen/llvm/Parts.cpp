#include "codegen/llvm/Parts.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include <llvm/Support/xxhash.h>

namespace gene::native {
namespace {

/// Instructions of the IR in a part. Measured: docs/building.md.
constexpr size_t UsualSize = 1000;

/// An edge of the graph of calls and closures, by the numbers of functions.
struct Use {
  uint32_t user, used;
  bool isCall;
};

class Clusters {
 public:
  Clusters(const ir::Program& program, size_t most)
      : leader_(program.functions.size()), size_(program.functions.size()), most_(most) {
    std::iota(leader_.begin(), leader_.end(), 0u);
    for (const ir::Function* function : program.functions) {
      constexpr size_t OfAny = 10;
      size_[function->index] = OfAny;
      for (const ir::Block* block : function->blocks)
        size_[function->index] += block->instructions.size();
    }
  }

  [[nodiscard]] uint32_t of(uint32_t function) const {
    while (leader_[function] != function) function = leader_[function];
    return function;
  }
  [[nodiscard]] size_t size(uint32_t leader) const { return size_[leader]; }
  /// Joins the clusters of two functions, if they are not too much for a part.
  void join(uint32_t a, uint32_t b) {
    a = of(a), b = of(b);
    if (a == b || size_[a] + size_[b] > most_) return;
    if (b < a) std::swap(a, b);
    leader_[b] = a;
    size_[a] += size_[b];
  }

 private:
  std::vector<uint32_t> leader_;  // of a cluster: its first function
  std::vector<size_t> size_;      // by leader
  const size_t most_;
};

std::vector<Use> usesOf(const ir::Program& program) {
  std::vector<Use> uses;
  for (const ir::Function* function : program.functions)
    for (const ir::Block* block : function->blocks)
      for (const ir::Instruction* inst : block->instructions)
        for (const ir::Immediate& immediate : inst->immediates)
          if (immediate.function)
            uses.push_back(
                {function->index, immediate.function->index, inst->is<ir::Op::CallKnown>()});
  return uses;
}

/// By function: the number of its component, of functions that call each other (Tarjan).
std::vector<uint32_t> components(size_t count, const std::vector<Use>& uses) {
  std::vector<std::vector<uint32_t>> callees(count);
  for (const Use& use : uses)
    if (use.isCall) callees[use.user].push_back(use.used);
  constexpr uint32_t None = UINT32_MAX;
  std::vector<uint32_t> order(count, None), low(count), component(count, None), path;
  struct Visit {
    uint32_t function;
    size_t next = 0;
  };
  std::vector<Visit> stack;
  uint32_t number = 0, found = 0;
  const auto enter = [&](uint32_t function) {
    order[function] = low[function] = number++;
    path.push_back(function);
    stack.push_back({function});
  };
  for (uint32_t root = 0; root < count; root++) {
    if (order[root] == None) enter(root);
    while (!stack.empty()) {
      Visit& visit = stack.back();
      const uint32_t function = visit.function;
      if (visit.next < callees[function].size()) {
        const uint32_t callee = callees[function][visit.next++];
        if (order[callee] == None)
          enter(callee);
        else if (component[callee] == None)
          low[function] = std::min(low[function], order[callee]);
        continue;
      }
      stack.pop_back();
      if (!stack.empty()) {
        uint32_t& caller = low[stack.back().function];
        caller = std::min(caller, low[function]);
      }
      if (low[function] != order[function]) continue;
      uint32_t member = None;
      do {
        member = path.back();
        path.pop_back();
        component[member] = found;
      } while (member != function);
      found++;
    }
  }
  return component;
}

/// Joins functions that call each other, then each with the only one that refers to it.
void joinUsers(Clusters& clusters, size_t count, const std::vector<Use>& uses) {
  const std::vector<uint32_t> component = components(count, uses);
  for (const Use& use : uses)
    if (component[use.user] == component[use.used]) clusters.join(use.user, use.used);
  constexpr uint32_t None = UINT32_MAX, Several = UINT32_MAX - 1;
  std::vector<uint32_t> user(count, None);
  for (const Use& use : uses) {
    uint32_t& known = user[use.used];
    if (known == None)
      known = use.user;
    else if (known != use.user)
      known = Several;
  }
  // The top level uses everything once; it would have the whole program in its part.
  for (uint32_t i = 0; i < count; i++)
    if (user[i] != None && user[i] != Several && user[i] != 0) clusters.join(user[i], i);
}

template <class T>
void append(std::string& bytes, const std::vector<T>& items) {
  static_assert(std::is_trivially_copyable_v<T>);
  const uint64_t count = items.size();
  bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
  bytes.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
}

template <class T>
void take(std::string_view& bytes, std::vector<T>& items) {
  uint64_t count = 0;
  std::memcpy(&count, bytes.data(), sizeof count);
  bytes.remove_prefix(sizeof count);
  items.resize(count);
  if (count > 0) std::memcpy(static_cast<void*>(items.data()), bytes.data(), count * sizeof(T));
  bytes.remove_prefix(count * sizeof(T));
}

/// All lists, in the order in which they are written.
template <class R, class F>
void forEachList(R& references, F&& f) {
  f(references.globals);
  f(references.constants);
  f(references.symbols);
  f(references.forms);
  f(references.infos);
  f(references.sites);
}

bool cutsBefore(const std::string& name) {
  constexpr uint64_t OneOf = 4;
  return llvm::xxh3_64bits(llvm::StringRef(name)) % OneOf == 0;
}

}  // namespace

Parts::Parts(const ir::Program& program, size_t size)
    : partOf(program.functions.size()), facts(program), isShared(program.functions.size()) {
  if (size == 0) size = UsualSize;
  const size_t count = program.functions.size();
  const std::vector<Use> uses = usesOf(program);
  Clusters clusters(program, 2 * size);
  size_t sum = 0;
  for (uint32_t i = 0; i < count; i++) sum += clusters.size(i);
  functions.emplace_back();
  if (sum < 2 * size) {
    functions[0].assign(program.functions.begin(), program.functions.end());
    return;
  }
  symbols = functionNames(program);
  globals = globalNames(program);
  data = dataNames(program);
  joinUsers(clusters, count, uses);
  std::vector<std::vector<const ir::Function*>> members(count);
  for (const ir::Function* function : program.functions)
    members[clusters.of(function->index)].push_back(function);
  size_t filled = 0;
  for (uint32_t leader = 0; leader < count; leader++) {
    if (members[leader].empty()) continue;
    const size_t more = clusters.size(leader);
    const bool isFull = filled > 0 && (filled + more > 2 * size ||
                                       (2 * filled >= size && cutsBefore(symbols[leader])));
    if (isFull) {
      functions.emplace_back();
      filled = 0;
    }
    filled += more;
    for (const ir::Function* function : members[leader]) {
      functions.back().push_back(function);
      partOf[function->index] = static_cast<uint32_t>(functions.size() - 1);
    }
  }
  for (const Use& use : uses)
    if (use.isCall && partOf[use.user] != partOf[use.used]) isShared[use.used] = true;
  for (uint32_t i = 0; i < count; i++)
    if (facts.addressTaken[i]) isShared[i] = true;
}

std::string bytesOf(const References& references) {
  std::string bytes;
  forEachList(references, [&](const auto& list) { append(bytes, list); });
  return bytes;
}

References takeReferences(std::string& bytes) {
  References references;
  std::string_view rest = bytes;
  forEachList(references, [&](auto& list) { take(rest, list); });
  bytes.erase(0, bytes.size() - rest.size());
  return references;
}

}  // namespace gene::native
