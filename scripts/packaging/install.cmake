# What `cmake --install` puts where, and what cpack makes of it: two Debian packages, the program with its units
# (component server) and the client library (component client).
#   SS_MAINTAINER   whom a package names
include(GNUInstallDirs)
set(here ${CMAKE_CURRENT_LIST_DIR})

add_library(smartshelf_client STATIC $<TARGET_OBJECTS:ss_client> $<TARGET_OBJECTS:ss_wire>)
set_target_properties(smartshelf_client PROPERTIES OUTPUT_NAME smartshelf LINKER_LANGUAGE C ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# The flavour of OpenBLAS stands in a folder of its own: the installed program looks there, too.
get_filename_component(openblas_folder ${OPENBLAS_LIBRARY} DIRECTORY)
if(NOT openblas_folder IN_LIST CMAKE_C_IMPLICIT_LINK_DIRECTORIES)
  set_target_properties(smartshelf PROPERTIES INSTALL_RPATH ${openblas_folder})
endif()

install(TARGETS smartshelf RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT server)
install(PROGRAMS ${here}/smartshelf-demo DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT server)
install(FILES ${here}/smartshelf.path ${here}/smartshelf-nightly.timer DESTINATION lib/systemd/system COMPONENT server)
install(FILES ${here}/sysusers.conf RENAME smartshelf.conf DESTINATION lib/sysusers.d COMPONENT server)
install(FILES ${here}/tmpfiles.conf RENAME smartshelf.conf DESTINATION lib/tmpfiles.d COMPONENT server)
install(FILES README.md recsys/server/PROTOCOL.md ${here}/copyright ${here}/nginx-smartshelf.conf DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/smartshelf
        COMPONENT server)
install(TARGETS smartshelf_client ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client)
install(FILES recsys/client/smartshelf.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT client)
install(FILES ${here}/copyright DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/libsmartshelf-dev COMPONENT client)

# The rest names the prefix, or is told by the program itself: it is made when it is installed.
find_program(SS_HELP2MAN help2man)
if(NOT SS_HELP2MAN)
  message(STATUS "No help2man: no manual pages are installed")
endif()
foreach(component server client)
  install(CODE "
    set(component ${component})
    set(packaging \"${here}\")
    set(work \"${CMAKE_BINARY_DIR}/packaging\")
    set(program \"${CMAKE_BINARY_DIR}/smartshelf\")
    set(version ${PROJECT_VERSION})
    set(help2man \"${SS_HELP2MAN}\")
    set(bindir \"${CMAKE_INSTALL_BINDIR}\")
    set(sysconfdir \"${CMAKE_INSTALL_SYSCONFDIR}\")
    set(libdir \"${CMAKE_INSTALL_LIBDIR}\")
    set(includedir \"${CMAKE_INSTALL_INCLUDEDIR}\")
    set(datadir \"${CMAKE_INSTALL_DATAROOTDIR}\")
    set(mandir \"${CMAKE_INSTALL_MANDIR}\")
    include(\"${here}/install_made.cmake\")" COMPONENT ${component})
endforeach()

# ---- packages: scripts/package runs cpack ----

set(SS_MAINTAINER "Smart Shelf <smartshelf@example.org>" CACHE STRING "NAME <ADDRESS> that packages name")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME smartshelf)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT ${SS_MAINTAINER})
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON) # files know where they will stand
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL server client)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_SERVER_PACKAGE_NAME smartshelf)
set(CPACK_DEBIAN_SERVER_PACKAGE_SECTION net)
set(CPACK_DEBIAN_SERVER_PACKAGE_DEPENDS "libopenblas0-openmp, systemd, tzdata")
set(CPACK_COMPONENT_SERVER_DESCRIPTION "product recommendations from a purchase log
Learns from a shop's log which products go together, what each customer may
want and what is bought again when, and answers over ZeroMQ in microseconds:
related products, alternatives, carts, what is trending, and which offer to
make to a visitor who leaves.")
set(CPACK_DEBIAN_SERVER_PACKAGE_CONTROL_EXTRA ${here}/postinst ${here}/prerm ${here}/postrm ${here}/conffiles)
set(CPACK_DEBIAN_CLIENT_PACKAGE_NAME libsmartshelf-dev)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_CLIENT_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_CLIENT_PACKAGE_DEPENDS "libzmq3-dev, libmsgpack-dev")
set(CPACK_COMPONENT_CLIENT_DESCRIPTION "client library of the recommendation server Smart Shelf
Asks a Smart Shelf server for products and tells it what happens in the shop.
Every wait ends, and a static list stands in when no answer comes.")
include(CPack)
