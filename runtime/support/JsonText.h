#pragma once
// Text between quotes, as JSON writes it and Gene reads it: for reports, to_json and tagged JSON.

#include <string>
#include <string_view>

namespace gene {

/// Appends the text in quotes; control characters are escaped.
void appendJsonString(std::string_view text, std::string& out);

}  // namespace gene
