#pragma once
// Forms with files: bodies of the type multipart/form-data (RFC 7578, in the syntax of RFC 2046 §5.1).

#include <string>
#include <string_view>
#include <vector>

namespace gene::http {

struct FormPart {
  std::string name, filename, type;
  bool isFile = false;    // it has a filename, which may be empty: no file was chosen
  std::string_view data;  // in the body
};

/// The parts of a body whose Content-Type is `type`; false where it is no such form, or not whole.
bool readMultipart(std::string_view type, std::string_view body, std::vector<FormPart>* parts);

}  // namespace gene::http
