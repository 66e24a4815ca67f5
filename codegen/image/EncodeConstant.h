#pragma once
// Literals and quoted data as bytes: the encoding of runtime/image/ImageFormat.h, which runtime/image/Constants reads.

#include <cstdint>
#include <functional>
#include <vector>

#include "codegen/ir/Ir.h"
#include "frontend/syntax/Form.h"

namespace gene {

/// The number of a symbol in the image.
using SymbolIndex = std::function<uint32_t(Symbol)>;

/// What the encoded data has, beside what it mentions.
struct EncodedParts {
  bool regexes = false;  // literals
};

/// Appends a form; nesting is bounded by memory only.
EncodedParts encodeForm(const Form& form, const SymbolIndex& symbolIndex,
                        std::vector<uint8_t>& out);
EncodedParts encodeConstant(const ir::Constant& constant, const SymbolIndex& symbolIndex,
                            std::vector<uint8_t>& out);

}  // namespace gene
