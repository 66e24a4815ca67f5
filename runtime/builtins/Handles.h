#pragma once
// Standard input by lines, for `readline` and stdin's methods.

#include <string>

namespace gene {

/// The next line of standard input without its end; false at the end of input.
bool readLine(std::string* line);

}  // namespace gene
