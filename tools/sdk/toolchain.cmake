# SPDX-License-Identifier: BSD-2-Clause
# cmake --toolchain .../share/pith/toolchain.cmake: builds for Pith.

set(CMAKE_SYSTEM_NAME Pith)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
get_filename_component(PITH_SDK "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}/cmake")

set(pith_tools "${PITH_SDK}/bin/x86_64-pith-elf")
set(CMAKE_C_COMPILER "${pith_tools}-gcc")
set(CMAKE_ASM_COMPILER "${pith_tools}-gcc")
# Says that there is no C++, where the host's compiler would build for Linux.
set(CMAKE_CXX_COMPILER "${pith_tools}-g++")
foreach(tool AR RANLIB STRIP NM OBJCOPY OBJDUMP READELF)
    string(TOLOWER ${tool} name)
    set(CMAKE_${tool} "${pith_tools}-${name}" CACHE FILEPATH "")
endforeach()
set(CMAKE_C_COMPILER_AR "${pith_tools}-ar" CACHE FILEPATH "")
set(CMAKE_C_COMPILER_RANLIB "${pith_tools}-ranlib" CACHE FILEPATH "")
set(PKG_CONFIG_EXECUTABLE "${pith_tools}-pkg-config" CACHE FILEPATH "")

# Programs are this machine's, all else is Pith's or from CMAKE_PREFIX_PATH.
set(CMAKE_FIND_ROOT_PATH "${PITH_SDK}/lib/pith" "${PITH_SDK}/include/pith"
    ${CMAKE_PREFIX_PATH})
set(CMAKE_LIBRARY_PATH "${PITH_SDK}/lib/pith")
set(CMAKE_INCLUDE_PATH "${PITH_SDK}/include/pith"
    "${PITH_SDK}/include/pith/newlib")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
