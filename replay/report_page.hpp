// The files of replay/html as constants of the program; the build writes their text.
#pragma once

#include <string_view>

namespace ride::replay {

// With {{policy}}, {{style}}, {{data}} and {{script}}, in this order.
extern const std::string_view report_html;
extern const std::string_view report_style;
extern const std::string_view report_script;

}  // namespace ride::replay
