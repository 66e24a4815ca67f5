#pragma once
// Reads an image (codegen/image/ImageWriter) into a Program: verifies all of it, interns symbols, makes constants,
// resolves external names against the built-ins, fills in FunctionInfo.

#include <cstdint>
#include <vector>

#include "runtime/Program.h"
#include "runtime/support/Expected.h"
#include "runtime/support/Span.h"

namespace gene {

/// Who made an image. What comes out of a file may be anything: it is verified further, and code that trusts its operands is
/// replaced by code that looks at them.
enum class ImageOrigin : uint8_t { Compiler, File };

/// Loads an image with bytecode (.gir). Fails with a reason when it is damaged or of another version; then nothing
/// has changed. The bytes must stay alive (they are mapped) and writable (inline caches).
Expected<Program*> loadImage(Context& context, Span<uint8_t> image, ImageOrigin origin);

/// The same of what the compiler has just made; takes the bytes.
Expected<Program*> loadCompiled(Context& context, std::vector<uint8_t> image);
/// The same for code that is evaluated. If the result's `mayUnload` is true, unloadProgram can be called.
Expected<Program*> loadEvaluated(Context& context, std::vector<uint8_t> image);
/// Frees a program and its image. It must not run, and no value of it may be left but constants: see `mayUnload`.
void unloadProgram(Context& context, Program* program);

/// Loads the image of a native executable.
Expected<Program*> loadNative(Context& context, const NativeProgram& program);

}  // namespace gene
