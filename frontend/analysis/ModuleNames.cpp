#include "frontend/analysis/ModuleNames.h"

#include <algorithm>

#include "frontend/analysis/Scopes.h"

namespace gene {

Symbol ModuleNames::nameOfType(const Form* type) const {
  const Symbol identity = symbolOf(type);
  if (identity.empty()) return {};
  const Symbol name = nameOfIdentity(identity);
  auto known = identities.find(name);
  if (known == identities.end()) return identity;
  return known->second == identity ? name : Symbol{};
}

std::vector<Symbol> ModuleNames::ownersOf(Symbol variant, const Scopes& scopes) const {
  std::vector<Symbol> owners;
  const auto known = variants.find(variant);
  if (known == variants.end()) return owners;
  for (const Symbol owner : known->second) {
    const bool isSeen = scopes.find(owner) || globals.contains(owner) || outerEnums.contains(owner);
    if (isSeen && std::ranges::find(owners, owner) == owners.end()) owners.push_back(owner);
  }
  return owners;
}

}  // namespace gene
