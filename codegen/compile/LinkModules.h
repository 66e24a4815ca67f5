#pragma once
// Objects of modules (ModuleObject.h) become a program: the modules in the order in which they run, as if their sources had been
// compiled together. What follows has all of it in sight: ir::link and the passes of the whole program.
//
// Four things are decided here that a module does not know when it is compiled alone: whether it is the program; which import of
// a module runs it, the first one; which number a type has among all that are called so; and where its source stands among all.

#include <memory>
#include <vector>

#include "codegen/compile/ModuleObject.h"
#include "codegen/ir/Ir.h"

namespace gene {

/// The program that the objects are. The one module that no other imports is its main module. Sources are added to `sources`, in
/// their order. Fails with a sentence that names files: a module that is not there or is there twice, an interface that has
/// changed, options that do not go together.
Expected<std::unique_ptr<ir::Program>> linkModules(Span<const ModuleObject> objects,
                                                   SourceManager& sources);

/// The level that the objects were compiled with, or the one that is asked for (-1: none is). Fails where they differ.
Expected<int> levelOf(Span<const ModuleObject> objects, int asked);

}  // namespace gene
