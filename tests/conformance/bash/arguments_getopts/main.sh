while getopts ":ab:" option; do
  echo "$option ${OPTARG-} $OPTIND"
done
shift $((OPTIND - 1))
echo "$@"
