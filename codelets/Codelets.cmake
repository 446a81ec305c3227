# The device side of the SDK tree, and popgraph_codelets(): .gp files built with the popc of this build.
# Kept for callers of popgraph_codelets() in other folders.
set(POPGRAPH_DEVICE_DIR ${POPGRAPH_SDK}/lib/popgraph/device CACHE INTERNAL "Device headers and mathematics")

file(GLOB_RECURSE publicDeviceHeaders CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_LIST_DIR}/include
  ${CMAKE_CURRENT_LIST_DIR}/include/*)
file(GLOB_RECURSE deviceHeaders CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_LIST_DIR}/device/include
  ${CMAKE_CURRENT_LIST_DIR}/device/include/*)
set(stagedDeviceHeaders)
foreach(name IN LISTS publicDeviceHeaders)
  set(header ${CMAKE_CURRENT_LIST_DIR}/include/${name})
  list(APPEND stagedDeviceHeaders ${POPGRAPH_SDK}/include/${name})
  add_custom_command(OUTPUT ${POPGRAPH_SDK}/include/${name} DEPENDS ${header}
    COMMAND ${CMAKE_COMMAND} -E copy ${header} ${POPGRAPH_SDK}/include/${name})
endforeach()
foreach(name IN LISTS deviceHeaders)
  set(header ${CMAKE_CURRENT_LIST_DIR}/device/include/${name})
  list(APPEND stagedDeviceHeaders ${POPGRAPH_DEVICE_DIR}/include/${name})
  add_custom_command(OUTPUT ${POPGRAPH_DEVICE_DIR}/include/${name} DEPENDS ${header}
    COMMAND ${CMAKE_COMMAND} -E copy ${header} ${POPGRAPH_DEVICE_DIR}/include/${name})
endforeach()
add_custom_command(OUTPUT ${POPGRAPH_DEVICE_DIR}/include/popgraph/VertexContext.h
  DEPENDS ${CMAKE_CURRENT_LIST_DIR}/abi/VertexContext.h
  COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_LIST_DIR}/abi/VertexContext.h
          ${POPGRAPH_DEVICE_DIR}/include/popgraph/VertexContext.h)
list(APPEND stagedDeviceHeaders ${POPGRAPH_DEVICE_DIR}/include/popgraph/VertexContext.h)

add_custom_command(OUTPUT ${POPGRAPH_DEVICE_DIR}/math.bc
  DEPENDS popc ${CMAKE_CURRENT_LIST_DIR}/device/Math.cpp ${stagedDeviceHeaders}
  COMMAND popc --device-library ${CMAKE_CURRENT_LIST_DIR}/device/Math.cpp -o ${POPGRAPH_DEVICE_DIR}/math.bc
  COMMENT "Building the device mathematics library")
# Everything a compile of codelets needs: popc, headers, mathematics.
add_custom_target(popgraph_device ALL DEPENDS ${stagedDeviceHeaders} ${POPGRAPH_DEVICE_DIR}/math.bc)

install(TARGETS popc RUNTIME DESTINATION bin)
install(DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/include/ DESTINATION include)
install(DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/device/include DESTINATION lib/popgraph/device)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/abi/VertexContext.h DESTINATION lib/popgraph/device/include/popgraph)
install(FILES ${POPGRAPH_DEVICE_DIR}/math.bc DESTINATION lib/popgraph/device)

# popgraph_codelets(<name> SOURCES a.cpp b.cpp [FLAGS -I.. -D..] [DEPENDS headers..])
# Compiles the sources into lib/<name>.gp of the SDK; target <name>_codelets builds it. Paths are relative to the
# caller's folder.
function(popgraph_codelets name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;FLAGS;DEPENDS")
  set(sources)
  foreach(source IN LISTS arg_SOURCES)
    get_filename_component(path ${source} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND sources ${path})
  endforeach()
  set(output ${POPGRAPH_SDK}/lib/${name}.gp)
  # For the test that counts what they cost in another way.
  set_property(GLOBAL APPEND PROPERTY POPGRAPH_CODELET_LIBRARIES ${name})
  set_property(GLOBAL PROPERTY POPGRAPH_CODELET_SOURCES_${name} ${sources})
  set_property(GLOBAL PROPERTY POPGRAPH_CODELET_FLAGS_${name} ${arg_FLAGS})
  add_custom_command(OUTPUT ${output}
    DEPENDS popc popgraph_device ${POPGRAPH_DEVICE_DIR}/math.bc ${sources} ${arg_DEPENDS}
    DEPFILE ${CMAKE_CURRENT_BINARY_DIR}/${name}.gp.d
    COMMAND popc -I ${PROJECT_SOURCE_DIR} ${arg_FLAGS} --depfile ${CMAKE_CURRENT_BINARY_DIR}/${name}.gp.d
            -o ${output} ${sources}
    COMMENT "Compiling codelets of ${name}")
  add_custom_target(${name}_codelets ALL DEPENDS ${output})
  install(FILES ${output} DESTINATION lib)
endfunction()
