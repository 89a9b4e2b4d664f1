echo "${1:?an argument is needed}"
