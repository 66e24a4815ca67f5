#pragma once
// Gene functions as tools of a model: what the model is told of them, and calls with the arguments that it chose.

#include <string>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Map.h"

namespace gene::ai {

/// A tool: a function, or a Map with `name`, `description`, `parameters` (a JSON schema) and `call`, a function of one Map.
/// False, and raised, for others.
bool describeTool(Context& context, Value tool, std::string* name, Value* description,
                  Value* schema);
/// The tools of a request: `body` gets them as `tools`, each made by `form` of a Map with its name and description, and its
/// schema. Nothing without tools; false, and raised, where one is none.
bool addTools(Context& context, Value tools, MapObject* body,
              Value (*form)(Context& context, MapObject* tool, Value schema));
/// Calls it with the arguments, a Map. What it raised, and arguments that it does not take, are texts for the model: then
/// *failed is true. 0 when the program was interrupted.
Value callTool(Context& context, Value tool, Value arguments, bool* failed);

}  // namespace gene::ai
