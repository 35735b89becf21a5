# Included by `cmake --install` for each component, which sets the names it uses (install.cmake): makes and installs what
# names the prefix or is told by the program. DESTDIR is seen to by file(INSTALL).
get_filename_component(prefix "${CMAKE_INSTALL_PREFIX}" ABSOLUTE)
file(REMOVE_RECURSE "${work}")
file(MAKE_DIRECTORY "${work}")

# Macros, so that what they install is in the manifest of the installation.
macro(ss_put file folder)
  file(INSTALL DESTINATION "${prefix}/${folder}" TYPE FILE FILES "${file}")
endmacro()

# The changelog and manual pages are packed as Debian wants them: without name and time of the file in them.
macro(ss_put_packed file folder)
  execute_process(COMMAND gzip -9nf "${file}" COMMAND_ERROR_IS_FATAL ANY)
  ss_put("${file}.gz" "${folder}")
endmacro()

# ---- the client library ----

if(component STREQUAL client)
  foreach(name libdir includedir)
    if(NOT IS_ABSOLUTE "${${name}}")
      set(${name} "${prefix}/${${name}}")
    endif()
  endforeach()
  configure_file("${packaging}/smartshelf.pc.in" "${work}/smartshelf.pc" @ONLY)
  file(INSTALL DESTINATION "${libdir}/pkgconfig" TYPE FILE FILES "${work}/smartshelf.pc")
  file(COPY "${packaging}/changelog" DESTINATION "${work}")
  ss_put_packed("${work}/changelog" ${datadir}/doc/libsmartshelf-dev)
  return()
endif()

# ---- units and the configuration, which is never written over ----

set(docdir "${prefix}/${datadir}/doc/smartshelf")
if(NOT IS_ABSOLUTE "${sysconfdir}")
  if(prefix STREQUAL /usr)
    set(sysconfdir /${sysconfdir})
  else()
    set(sysconfdir "${prefix}/${sysconfdir}")
  endif()
endif()
set(configuration "${sysconfdir}/smartshelf/smartshelf.yaml")
if(NOT EXISTS "$ENV{DESTDIR}${configuration}")
  configure_file("${packaging}/smartshelf.yaml" "${work}/smartshelf.yaml" COPYONLY)
  file(INSTALL DESTINATION "${sysconfdir}/smartshelf" TYPE FILE FILES "${work}/smartshelf.yaml")
endif()

execute_process(COMMAND systemctl --version OUTPUT_VARIABLE systemd ERROR_QUIET)
if(systemd MATCHES "^systemd ([0-9]+)" AND CMAKE_MATCH_1 GREATER_EQUAL 253)
  set(type notify-reload)
  set(reload "")
else()
  set(type notify)
  set(reload "ExecReload=/bin/sh -c 'kill -HUP $MAINPID'\n")
endif()
set(bindir "${prefix}/${bindir}")
file(READ "${packaging}/hardening.conf" hardening)
foreach(unit smartshelf.service smartshelf-gateway.service smartshelf-nightly.service)
  configure_file("${packaging}/${unit}.in" "${work}/${unit}" @ONLY)
  ss_put("${work}/${unit}" lib/systemd/system)
endforeach()

# ---- what the program tells about itself ----

execute_process(COMMAND "${program}" completion bash OUTPUT_FILE "${work}/smartshelf" COMMAND_ERROR_IS_FATAL ANY)
ss_put("${work}/smartshelf" ${datadir}/bash-completion/completions)

# PAGE(1) of what `PROGRAM HELP` says.
macro(ss_manual page summary program help)
  execute_process(COMMAND "${help2man}" --no-info --name=${summary} "--help-option=${help}" --version-string=${version}
                          "--output=${work}/${page}.1" "${program}" COMMAND_ERROR_IS_FATAL ANY)
  file(READ "${work}/${page}.1" text)
  string(REGEX REPLACE "(SH NAME\n)[a-z-]+ " "\\1${page} " text "${text}")
  string(TOUPPER "${page}" title)
  string(REGEX REPLACE "\n.TH [A-Z-]+ " "\n.TH ${title} " text "${text}")
  file(WRITE "${work}/${page}.1" "${text}")
  ss_put_packed("${work}/${page}.1" ${mandir}/man1)
endmacro()

if(help2man)
  ss_manual(smartshelf "product recommendations from a purchase log" "${program}" --help)
  ss_manual(smartshelf-demo "a shop from nothing, to see what Smart Shelf does" "${packaging}/smartshelf-demo" --help)
  execute_process(COMMAND "${program}" --help OUTPUT_VARIABLE overview COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE ";" "," overview "${overview}")
  string(REGEX MATCHALL "\n  [a-z]+ +[^\n]*" commands "${overview}")
  foreach(line IN LISTS commands)
    string(REGEX MATCH "^\n  ([a-z]+) +(.*)\\.$" line "${line}")
    set(command ${CMAKE_MATCH_1})
    ss_manual(smartshelf-${command} "${CMAKE_MATCH_2}" "${program}" "${command} --help all")
  endforeach()
endif()

file(COPY "${packaging}/changelog" DESTINATION "${work}")
ss_put_packed("${work}/changelog" ${datadir}/doc/smartshelf)
file(INSTALL DESTINATION "${prefix}/${datadir}/lintian/overrides" TYPE FILE RENAME smartshelf
     FILES "${packaging}/smartshelf.lintian-overrides")
