#pragma once
// Prototypes of Entry.def.

#include "runtime/Context.h"
#include "runtime/Program.h"
#include "runtime/object/Function.h"

extern "C" {
using gene::CallShape;
using gene::Context;
using gene::FunctionInfo;
using gene::InlineCache;
using gene::Value;
#define ENTRY(name, result, parameters, effects) result name parameters;
#include "runtime/abi/Entry.def"
}
