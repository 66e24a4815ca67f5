#include "codegen/ir/Types.h"

namespace gene::ir {

Type Type::named(std::string_view kind) {
#define TYPE(Name, text) \
  if (kind == text) return Name();
#include "codegen/ir/Types.def"
  return none();
}

std::string Type::text() const {
  if (isAny()) return "any";
  if (*this == value()) return "value";
  if (isNone()) return "none";
  std::string out;
#define TYPE(Name, text)                                                 \
  if (bits_ >> Name##Index & 1) {                                        \
    out += out.empty() ? text : "|" text;                                \
    if (Name##Index == InstanceIndex && *this != (*this | Instance()))   \
      out += "-" + std::to_string(first_) + "-" + std::to_string(last_); \
  }
#include "codegen/ir/Types.def"
  return out;
}

}  // namespace gene::ir
