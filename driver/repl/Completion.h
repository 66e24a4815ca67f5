#pragma once
// What a user of the REPL may mean by the beginning of a word.

#include "driver/repl/Editor.h"
#include "runtime/Context.h"

namespace gene::driver {

/// Names; members and methods of the value before the cursor, which is looked up, not computed; files inside of strings;
/// commands of the REPL.
Editor::Completions completionsFor(Context& context, const std::string& before);

}  // namespace gene::driver
