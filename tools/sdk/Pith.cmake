# SPDX-License-Identifier: BSD-2-Clause
# CMake's view of Pith as a platform.

set(UNIX 1)
set(PITH 1)
set(CMAKE_DL_LIBS "")
set(CMAKE_EXECUTABLE_SUFFIX "")
set_property(GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS FALSE)
