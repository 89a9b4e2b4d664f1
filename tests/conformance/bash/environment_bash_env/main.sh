echo "main $FROM_RC $BASH_ENV"
