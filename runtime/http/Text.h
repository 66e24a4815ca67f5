#pragma once
// The small texts of HTTP: dates, reasons, types of files, names and values of fields, what stands percent-encoded in URLs.

#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gene::http {

/// "Not Found" of 404; "Unknown" of statuses without a name.
std::string_view reasonOf(int status);
/// Sun, 06 Nov 1994 08:49:37 GMT
std::string dateText(std::time_t time);
/// The time of such a text; -1 for others.
std::time_t dateOf(std::string_view text);
/// By the ending of the name: "text/html; charset=utf-8"; "application/octet-stream" where it is not known.
std::string_view typeOfFile(std::string_view path);
/// May a field have this name, this value? Values may not have line ends: they would begin another field.
bool isFieldName(std::string_view name);
bool isFieldValue(std::string_view value);
/// %41 and, in forms, + decoded. What is no encoding stays.
std::string percentDecoded(std::string_view text, bool isForm);
/// The other way, for a part of a query: all but letters, digits and -._~ as %41.
std::string percentEncoded(std::string_view text);
/// a=1&b=2, decoded, in its order.
std::vector<std::pair<std::string, std::string>> formFields(std::string_view text);
std::string lowerCase(std::string_view text);
/// Without blanks at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace gene::http
